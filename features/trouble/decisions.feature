Feature: A decision outlives whatever happens to it on its way
  Calls are refused, lost, cut, doubled and overtaken; answers come late, maimed or not at all. Whatever the seller has
  decided is carried out all the same: once, and as it was meant.

  Background:
    Given these buyers wait for the seller:
      | buyer | order        | goods        | price      | wants           |
      | Maya  | has received | desk lamp    | 39.98 USD  | money back      |
      | Noah  | has received | phone case   | 15.99 USD  | money back      |
      | Ana   | has ordered  | mug          | 12.50 USD  | to cancel       |
      | Omar  | has ordered  | rug          | 89.00 USD  | to cancel       |
      | Ines  | has received | tea set      | 24.50 USD  | to send it back |
      | Lena  | has received | silk scarf   | 64.00 USD  | to send it back |
      | Kim   | has received | garden hose  | 27.50 USD  | nothing         |
      | Paul  | has ordered  | bread knife  | 31.20 USD  | nothing         |

  Rule: Each kind of trouble meets each kind of decision

    @trouble
    Scenario Outline: It happens to all of them
      Given the marketplace <trouble>
      When the seller answers like this:
        | buyer | answer              |
        | Maya  | approves            |
        | Noah  | rejects             |
        | Ana   | approves            |
        | Omar  | rejects             |
        | Ines  | accepts the goods   |
        | Lena  | refuses the goods   |
        | Kim   | refunds the order   |
        | Paul  | calls the order off |
      And an hour passes
      Then the trouble was hit
      And it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Completed       | order refund    | 39.98 USD |
        | Noah  | Refund Rejected | refund rejected | 0.00 USD  |
        | Ana   | Completed       | order cancelled | 12.50 USD |
        | Omar  | Canceled        | none            | 0.00 USD  |
        | Ines  | Completed       | order refund    | 24.50 USD |
        | Lena  | Return Rejected | return rejected | 0.00 USD  |
        | Kim   | none            | order refund    | 27.50 USD |
        | Paul  | none            | order cancelled | 31.20 USD |

      Examples: Nothing arrives
        | trouble                                                                             |
        | does not receive the next 8 decisions                                               |
        | redirects the next 8 decisions                                                      |
        | answers the next 8 decisions with nothing, and does nothing                         |
        | is unreachable for 20 minutes                                                       |
        | answers 502 with code 12000077 to every call for 20 minutes                         |
        | answers 500 with code 12000077 to the next 8 decisions                              |
        | answers 502 with code 0 to the next 8 decisions                                     |
        | answers 429 with code 12000077 to the next 8 decisions, and asks to wait 40 minutes |
        | answers 503 to the next 8 decisions, and asks to wait 40 minutes                    |
        | answers 200 with code 36009007 to the next 8 decisions                              |
        | answers 200 with code 25001028 to the next 8 decisions, and repeats what was asked  |

      Examples: It is done, and nobody is told so
        | trouble                                                                                   |
        | loses its answers to the next 8 decisions                                                 |
        | cuts short its answers to the next 8 decisions                                            |
        | garbles its answers to the next 8 decisions                                               |
        | mislabels its answers to the next 8 decisions                                             |
        | empties its answers to the next 8 decisions                                               |
        | drips out its answers to the next 8 decisions                                             |
        | answers the next 8 decisions 1 minute late                                                |
        | answers 502 to the next 8 decisions, and carries them out all the same                    |
        | answers 500 with code 12000077 to the next 8 decisions, and carries them out all the same |
        | answers 500 with code 36009003 to the next 8 decisions, and carries them out all the same |
        | answers 504 with code 36009007 to the next 8 decisions, and carries them out all the same |
        | answers 500 with code 25020008 to the next 8 decisions, and carries them out all the same |

      Examples: It comes late, twice, or out of order
        | trouble                                                                             |
        | receives the next 8 decisions 20 seconds late                                       |
        | receives the next 8 decisions 1 minute late                                         |
        | receives the next 8 decisions twice                                                 |
        | receives the next 8 decisions twice, and is heard the last time                     |
        | receives the next 8 decisions only after the call that follows                      |
        | answers every search as it did 10 minutes before for 1 hour                         |
        | loses its answer to one in 3 calls for 40 minutes                                   |
