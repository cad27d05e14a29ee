Feature: Webhooks may be lost, doubled, late or forged
  Nothing rests on them. Whatever becomes of them on their way, nothing is late that would have been in time without
  them, and nothing happens twice.

  Rule: All ends as it would have ended

    @trouble
    Scenario Outline: It happens to every one of them
      Given the connector is told by webhooks
      And the connector <hears>
      And the OMS <is told>
      And these buyers wait for the seller:
        | buyer | order        | goods      | price     | wants           |
        | Maya  | has received | desk lamp  | 39.98 USD | money back      |
        | Noah  | has received | phone case | 15.99 USD | money back      |
        | Ana   | has ordered  | mug        | 12.50 USD | to cancel       |
        | Ines  | has received | tea set    | 24.50 USD | to send it back |
      When the seller answers like this:
        | buyer | answer            |
        | Maya  | approves          |
        | Noah  | rejects           |
        | Ana   | approves          |
        | Ines  | accepts the goods |
      And an hour passes
      Then the trouble was hit
      And it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Completed       | order refund    | 39.98 USD |
        | Noah  | Refund Rejected | refund rejected | 0.00 USD  |
        | Ana   | Completed       | order cancelled | 12.50 USD |
        | Ines  | Completed       | order refund    | 24.50 USD |

      Examples:
        | hears                                                   | is told                                        |
        | does not receive every webhook                          | receives every webhook with a forged signature |
        | loses its answers to every webhook                      | does not receive every webhook                 |
        | receives every webhook twice                            | answers 500 to every webhook                   |
        | receives every webhook only after the call that follows | receives every webhook twice                   |
        | receives every webhook 2 seconds late                   | does not receive every webhook                 |
        | receives every webhook 20 seconds late                  | answers 500 to every webhook                   |
        | answers every webhook 20 seconds late                   | receives every webhook with a forged signature |
        | receives every webhook with a forged signature          | receives every webhook twice                   |
        | answers 500 to every webhook                            | answers 500 to every webhook                   |

  Rule: What is of no use is taken all the same, or it would come again

    @trouble
    Scenario: They tell of topics that nobody has asked for
      Given the connector is told by webhooks
      And the connector receives every webhook under a topic that it has no use for
      And Maya has received a desk lamp for 39.98 USD
      When Maya asks for her money back
      Then the trouble was hit
      And the first webhook of Maya's was delivered

  Rule: What befalls one shop's befalls no other's

    @trouble
    Scenario: Those of the second shop are lost
      Given the connector is told by webhooks
      And there is a second shop
      And the connector does not receive every webhook of the second shop
      And Maya has received a desk lamp for 39.98 USD
      And Noah has received a phone case for 15.99 USD from the second shop
      When a minute passes
      Then the trouble was hit
      And the first webhook of Maya's was delivered
      And the first webhook of Noah's waits for its next attempt
