"""Tables come with the services that write them."""
