"""Stand-ins for every outside system: small servers that speak the real wire and know nothing of ours."""
