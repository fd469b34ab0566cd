"""What answers the requests, one module per part of the API."""
