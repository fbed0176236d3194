"""What is under way: saved scans, the work in hand, open counts. Functions read values or return writes; sessions commit them."""
