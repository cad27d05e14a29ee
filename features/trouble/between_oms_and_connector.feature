Feature: Trouble between the OMS and the connector
  What the seller's staff say may be lost on its way to the connector, or the connector's answer on its way back. The
  OMS says it again, and the connector does it once.

  Background:
    Given these buyers wait for the seller:
      | buyer | order        | goods       | price     | wants           |
      | Maya  | has received | desk lamp   | 39.98 USD | money back      |
      | Noah  | has received | phone case  | 15.99 USD | money back      |
      | Ana   | has ordered  | mug         | 12.50 USD | to cancel       |
      | Ines  | has received | tea set     | 24.50 USD | to send it back |
      | Kim   | has received | garden hose | 27.50 USD | nothing         |

  Rule: What is said twice is done once

    @trouble
    Scenario Outline: It happens to all that the seller says
      Given the connector <trouble>
      And Lena has received a silk scarf for 64.00 USD
      When the seller answers like this:
        | buyer | answer            |
        | Maya  | approves          |
        | Noah  | rejects           |
        | Ana   | approves          |
        | Ines  | accepts the goods |
        | Kim   | refunds the order |
      And an hour passes
      Then the trouble was hit
      And the seller knows of Lena's order
      And it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Completed       | order refund    | 39.98 USD |
        | Noah  | Refund Rejected | refund rejected | 0.00 USD  |
        | Ana   | Completed       | order cancelled | 12.50 USD |
        | Ines  | Completed       | order refund    | 24.50 USD |
        | Kim   | none            | order refund    | 27.50 USD |

      Examples:
        | trouble                                                       |
        | does not receive the next 5 decisions                         |
        | loses its answers to the next 5 decisions                     |
        | garbles its answers to every call for 20 minutes              |
        | answers 503 to every call for 20 minutes                      |
        | receives the next 5 decisions only after the call that follows |
        | receives the next 5 decisions twice                           |
        | receives every call twice for 20 minutes                      |
        | receives the next 5 decisions 1 minute late                   |
        | answers the next 5 decisions 2 seconds late                   |

  Rule: The OMS hears a no, and it was a yes

    @trouble
    Scenario Outline: The staff are told that it cannot be done, and the connector does it
      Given everybody has heard of it
      And the connector <trouble>
      When the seller tries to <act>
      And an hour passes
      Then the trouble was hit
      And all three books say <paid> for <buyer>

      Examples:
        | trouble                                                           | act                    | buyer | paid      |
        | receives the next decision twice, and is heard the last time      | approve Maya's request | Maya  | 39.98 USD |
        | receives the next decision twice, and is heard the last time      | reject Noah's request  | Noah  | 0.00 USD  |
        | answers 400 to the next decision, and carries it out all the same | approve Maya's request | Maya  | 39.98 USD |
        | answers 400 to the next refund, and carries it out all the same   | refund Kim's whole order | Kim | 27.50 USD |

  Rule: Of what the OMS reads something is not as anybody knows it

    @trouble
    Scenario Outline: One line of a request, or one word of it
      Given Lena has received:
        | goods | pieces | price each |
        | rug   | 1      | 89.00 USD  |
        | mug   | 2      | 12.50 USD  |
      And the connector has one <unknown> in its answers to every call for 2 hours
      And Lena has asked for her money back
      When 3 hours pass
      Then the trouble was hit
      And Lena's request is shown as "Request Pending"

      Examples:
        | unknown                   |
        | that nobody can read      |
        | whose status nobody knows |
        | whose type nobody knows   |

    @trouble
    Scenario: What is shown is long over
      Given the connector answers every call as it did 20 minutes before for 2 hours
      And the connector answers every call as it did 10 minutes before for 2 hours
      And Lena has ordered a silk scarf for 64.00 USD
      When 3 hours pass
      Then the trouble was hit
      And the seller knows of Lena's order

  Rule: The OMS reads nothing for longer than the seller may be silent

    @trouble
    Scenario: The marketplace decides meanwhile, and all of it is there afterwards
      Given the connector answers 503 to every call for 26 hours
      And Lena has received a silk scarf for 64.00 USD
      When 27 hours pass
      Then the trouble was hit
      And the seller knows of Lena's order
      And it has ended like this:
        | buyer | request       | mails           | all books |
        | Maya  | Completed     | order refund    | 39.98 USD |
        | Noah  | Completed     | order refund    | 15.99 USD |
        | Ana   | Completed     | order cancelled | 12.50 USD |
        | Ines  | Buyer Shipped | none            | 0.00 USD  |
