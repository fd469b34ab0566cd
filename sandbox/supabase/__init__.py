"""Stand-in of Supabase's Management API; a project it makes is a real database in the embedded server."""
