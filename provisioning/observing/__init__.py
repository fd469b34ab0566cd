"""What machines ask a process: does it live, can it work, and all of it in numbers."""
