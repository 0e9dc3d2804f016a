# finds not-registered
