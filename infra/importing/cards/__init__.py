"""Cards (vCard 2.1, 3.0 and 4.0): each becomes a contact and the ways to reach them."""
