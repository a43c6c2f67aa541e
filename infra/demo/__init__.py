"""A made-up company's two years, the same every time: what `rapport demo` shows."""
