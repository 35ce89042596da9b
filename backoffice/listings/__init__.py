"""S3, the BOTW contacts endpoint (docs/apis/listings.md)."""
