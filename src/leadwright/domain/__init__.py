"""Rules of the trade, decided with pen and paper. Standard library only; no input or output."""
