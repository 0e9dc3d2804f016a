def main():
    print("pure", 42)
