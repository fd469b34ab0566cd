"""The outside systems, one file each: adapters translate between a port and a wire, and decide nothing."""
