"""The product as it is, and one route more: the empty answer."""
