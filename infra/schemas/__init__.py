"""What an event must look like, as JSON Schema: made from the models, published, and held compatible."""
