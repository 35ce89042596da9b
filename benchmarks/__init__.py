"""`make bench`: what a request costs, as a ratio to the least it could cost on the same machine in the same minute."""
