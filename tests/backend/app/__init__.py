"""Is everything wired, started and stopped as it should be?"""
