"""The terminal: bytes in, tokens to a session, its view states on any screen from 20 columns by 8 rows."""
