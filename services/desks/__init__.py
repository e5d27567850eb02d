"""What people work at. Each desk is verbs over the store; pages and API only call them."""
