"""What nobody uses any more: found by comparing the registry with the outside, removed with a second person's word."""
