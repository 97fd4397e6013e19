"""Tables, bars, a live board and commands: all that people see in a terminal."""
