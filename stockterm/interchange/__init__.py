"""Operations in, ledgers out: the interchange contract's reader and writers."""
