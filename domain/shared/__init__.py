"""What every area of the domain speaks in: references, ids, money, personal fields, the envelope, errors."""
