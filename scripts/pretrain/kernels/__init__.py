"""The parts of a model that a device computes in a way of its own, a file a device, of one shape."""
