"""The promises that hold in every world (design, section 9), each as a watcher that sees what happens and objects."""
