"""From the characters a reader sends to what they mean here: text in, a typed scan out, and a resolver for all screens.

Importing this package is cheap: the GS1 table is loaded with the first GS1 message.
"""
