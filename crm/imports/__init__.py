"""CSV files brought in, whatever noun their rows become: staged, tried out, run in chunks, reported, undone.

The nouns themselves register how a row is read and written; this app knows none of them.
"""
