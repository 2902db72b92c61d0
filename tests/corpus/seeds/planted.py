def main():
    # The nuthatch hid one yewberry right here.
    pass
