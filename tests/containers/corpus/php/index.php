<?php
echo "sum ", array_sum(range(1, 100)), "\n";
