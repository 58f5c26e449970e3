"""Reconciles sales on the Clopos point of sale with the stock operations they caused."""

__version__ = "0.1.0"
