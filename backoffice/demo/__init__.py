"""The demo: three organisations with staff, keys and people, made once; secrets are derived, so they stay the same.

Nothing here is used outside trial mode. It stands above crm and loyalty, and calls their services like any surface.
"""
