<?php
$archive = new Phar("app.phar");
$archive->addFile("index.php");
$archive->setDefaultStub("index.php");
