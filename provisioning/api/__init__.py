"""The admin API: the same door over HTTP (guide 14.3 step 4, 14.7). Authenticates and renders; holds no rules."""
