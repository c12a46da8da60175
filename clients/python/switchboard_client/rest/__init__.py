"""What is made from the OpenAPI document, and what that needs."""
