"""The demonstration: networks that know where a real rat is, and what they dream when their input stops."""
