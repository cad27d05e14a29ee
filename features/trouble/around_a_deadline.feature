Feature: Trouble around a deadline
  What the seller has said in time shall be heard in time, as long as anybody can be reached. Where nobody could,
  the marketplace has answered in the seller's place: then that stands, and everybody learns of it.

  Background:
    Given Maya has received a phone case for 15.99 USD
    And 7 minutes have passed
    And Maya has asked for her money back
    And everybody has heard of it

  Rule: A no arrives before the deadline, or the silence has spoken

    @trouble
    Scenario Outline: It comes through as soon as anything does
      Given the connector has been down for 22 hours
      And it is <before> before the answer to Maya is due
      And the marketplace <trouble>
      And the seller has rejected Maya's request
      When 2 hours pass
      Then the trouble was hit
      And it has ended like this:
        | buyer | request | mails  | all books |
        | Maya  | <shown> | <mail> | <sum>     |

      Examples: Just in time
        | before     | trouble                                                      | shown           | mail            | sum       |
        | 30 minutes | answers 429 to the next rejection, and asks to wait 1 hour   | Refund Rejected | refund rejected | 0.00 USD  |
        | 50 minutes | is unreachable for 45 minutes                                | Refund Rejected | refund rejected | 0.00 USD  |
        | 10 seconds | answers the next rejection 20 seconds late                   | Refund Rejected | refund rejected | 0.00 USD  |

      Examples: Too late
        | before     | trouble                                                      | shown           | mail            | sum       |
        | 20 minutes | answers 429 to every rejection for half an hour              | Completed       | order refund    | 15.99 USD |
        | 50 minutes | is unreachable for 1 hour                                    | Completed       | order refund    | 15.99 USD |
        | 10 seconds | receives the next rejection 20 seconds late                  | Completed       | order refund    | 15.99 USD |
        | 10 seconds | receives the next rejection only after the call that follows | Completed       | order refund    | 15.99 USD |

    @trouble
    Scenario: It gets lost, and nobody can be asked at first what has become of it
      Given the connector has been down for 22 hours
      And it is 6 minutes before the answer to Maya is due
      And the marketplace does not receive the next rejection
      And the marketplace answers 503 to the next search for returns
      And the seller has rejected Maya's request
      When an hour passes
      Then the trouble was hit
      And Maya has exactly one mail, "refund rejected"

    @trouble
    Scenario Outline: The connector dies twice over it, and comes back
      Given the connector has been down for 22 hours
      And it is 6 minutes before the answer to Maya is due
      And the connector is to die twice, after every <rhythm>
      When the seller rejects Maya's request
      And an hour passes
      Then the connector has died 3 times
      And Maya has exactly one mail, "refund rejected"

      Examples: Two deaths after the one with which it was down
        | rhythm    |
        | commit    |
        | 2 commits |

    @trouble
    Scenario: It gets lost, and the silence has paid before anybody can be asked
      Given the connector has been down for 22 hours
      And it is 20 minutes before the answer to Maya is due
      And the marketplace does not receive the next rejection
      And the marketplace answers 503 to every search for returns for 3 hours
      And the seller has rejected Maya's request
      When 4 hours pass
      Then the trouble was hit
      And Maya's request is shown as "Completed"
      And all three books say 15.99 USD for Maya

    @trouble
    Scenario: A yes gets lost, and before anybody can be asked Maya wants nothing any more
      Given the connector has been down for 22 hours
      And it is 20 minutes before the answer to Maya is due
      And the marketplace does not receive the next approval
      And the marketplace answers 503 to every search for returns for 40 minutes
      And the seller has approved Maya's request
      And Maya has withdrawn the request
      When an hour passes
      Then the trouble was hit
      And Maya's request is shown as "Canceled"
      And all three books say 0.00 USD for Maya

    @trouble
    Scenario: It comes after the silence, and nobody can be asked what has become of it
      Given the connector has been down for 22 hours
      And it is 20 minutes before the answer to Maya is due
      And the seller has rejected Maya's request
      And the marketplace answers 503 to the next 2 searches for returns
      And the connector has been down for 30 minutes
      When an hour passes
      Then the trouble was hit
      And Maya's request is shown as "Completed"
      And all three books say 15.99 USD for Maya
