"""The computer, whatever the science: devices, threads, memory, processes, files, stopping."""
