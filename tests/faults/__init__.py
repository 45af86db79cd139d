"""Phones, lines and servers that fail, with a seed: what is lost, doubled, falsely accepted or out of order?"""
