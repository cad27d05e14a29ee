Feature: The OMS answers line by line
  A request for several goods has a line for each. The marketplace hears one answer, when the last line
  has it; it hears the same when all lines are answered together. A yes and a no within one request are none.

  Background:
    Given the OMS answers line by line, has second thoughts about a line and contradicts itself from line to line
    And the OMS speaks like an old client
    And Maya has received, with 7.00 USD for shipping and 5.49 USD of tax, 0.47 USD of it on shipping:
      | goods | pieces | price each |
      | rug   | 1      | 89.00 USD  |
      | mug   | 2      | 12.50 USD  |
      | pan   | 1      | 12.50 USD  |

  Rule: Money is asked for

    Background:
      Given Maya has asked for her money back
      And everybody has heard of it

    @R64 @R74
    Scenario Outline: All lines are answered in the end
      When the seller <answers>
      Then Maya's request is shown as "<shown>"
      And Maya has exactly one mail, "<mail>"
      And all three books say <paid> for Maya

      Examples:
        | answers                                                  | shown           | mail            | paid       |
        | approves Maya's request                                  | Completed       | order refund    | 138.99 USD |
        | rejects Maya's request, saying "All of it was as listed" | Refund Rejected | refund rejected | 0.00 USD   |

    @R64
    Scenario: Half an answer is none
      Given the seller has approved Maya's request
      When 14 minutes pass
      Then Maya's request is shown as "Request Pending"
      And Maya has been paid back nothing

    @R64 @R16
    Scenario Outline: A part is offered on each line
      Given the seller has offered Maya <part>
      When Maya accepts the offer
      Then all three books say <part> for Maya

      Examples: of the last one line gets all that was asked for it
        | part       |
        | 50.01 USD  |
        | 138.98 USD |

    @R17 @R79
    Scenario: The last line is answered too late
      Given the connector has been down for 22 hours
      And it is 10 minutes before the answer to Maya is due
      And the seller has rejected Maya's request
      When an hour passes
      Then Maya has been paid back everything
      And the seller has nothing to answer for Maya

  Rule: Goods have come back

    Background:
      Given Maya has sent it back
      And Maya's parcel has reached the warehouse
      And everybody has heard of it

    @R32 @R46
    Scenario Outline: All lines are judged in the end
      When the seller finds Maya's goods <found>
      Then Maya's return is shown as "<shown>"
      And Maya has exactly one mail, "<mail>"
      And all three books say <paid> for Maya

      Examples:
        | found                                                  | shown           | mail            | paid       |
        | as sold and accepts them                               | Completed       | order refund    | 138.99 USD |
        | as sold, but one of the mugs damaged, and refuses them | Return Rejected | return rejected | 0.00 USD   |

  Rule: Half of an answer is void once somebody else has answered

    Background:
      Given Maya has asked to send it back
      And Maya's request has been rejected in Seller Center
      And Maya has appealed
      And the operator has handed Maya's request back to the seller

    @R15 @R64
    Scenario: The goods are judged all the same
      Given everybody has heard of it
      And the seller has approved Maya's request
      And Maya's request has been approved in Seller Center
      And everybody has heard of it
      And Maya has handed over the parcel
      And Maya's parcel has reached the warehouse
      And everybody has heard of it
      When the seller finds Maya's goods as sold and accepts them
      Then all three books say 138.99 USD for Maya

  Rule: Goods do not come back

    @R46 @R48
    Scenario: None of the lines is believed in
      Given Maya has sent it back
      And the connector has been down for 10 days
      And an hour has passed
      When the seller rejects Maya's request
      Then Maya's return is shown as "Return Rejected"
      And the mail to Maya gives the reason "The parcel was not received"
