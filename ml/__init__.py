"""What can be learned and simulated with numbers alone? The ranker, its training and the made-up world."""
