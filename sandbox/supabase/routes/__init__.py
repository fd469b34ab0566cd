"""The operations of the API, a file per subject: each takes the desk and a request and returns an answer."""
