"""What the SQL of a user's model does, looked at before anything is computed: on both engines, over empty tables."""
