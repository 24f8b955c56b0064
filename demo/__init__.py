"""A made-up place around Worthing and Shoreham-by-Sea: real postcodes, invented agencies and people."""
