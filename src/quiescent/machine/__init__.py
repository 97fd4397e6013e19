"""What the computer does, whatever the science: devices, threads, memory, processes, files."""
