"""Telling the admins of affected tenants about an incident (guide 14.6): once each, after a second person's word."""
