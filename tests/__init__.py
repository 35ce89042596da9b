"""How the product is proven. docs/how-to/write-a-test.md says where a new test belongs."""
