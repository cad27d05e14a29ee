Feature: An appeal that the operator hands back
  The operator decides nothing, and the seller is asked once more: the same request, with a new deadline.

  Background:
    Given Maya has received a desk lamp for 40.00 USD

  Rule: The request is answered again

    Background:
      Given Maya has asked for her money back
      And everybody has heard of it
      And the seller has rejected Maya's request
      And everybody has heard of it
      And Maya has appealed
      And everybody has heard of it
      And the operator has handed Maya's request back to the seller
      And everybody has heard of it

    @R10 @R16
    Scenario: With a yes
      When the seller approves Maya's request
      Then Maya's request is shown as "Completed"
      And all three books say 40.00 USD for Maya

    @R10 @R49
    Scenario: With another no, after which the operator decides for less
      Given the seller has rejected Maya's request
      And everybody has heard of it
      And Maya has appealed
      And everybody has heard of it
      When the operator grants Maya 15.00 USD
      Then all three books say 15.00 USD for Maya

    @R17
    Scenario: With silence, which is a yes
      Given the connector has been down for 23 hours
      When 2 hours pass
      Then all three books say 40.00 USD for Maya

  Rule: What the platform would have approved by itself waits for the seller once they are asked again

    @R28
    Scenario Outline: A return, which is approved without the seller otherwise, and a replacement
      Given Maya has asked <for what>
      And Maya's request has been rejected in Seller Center
      And Maya has appealed
      And the operator has handed Maya's request back to the seller
      And everybody has heard of it
      When <it is answered>
      Then Maya's request is shown as "<shown>"

      Examples:
        | for what          | it is answered                     | shown                  |
        | to send it back   | the seller approves Maya's request | Return Label Generated |
        | to send it back   | the seller rejects Maya's request  | Return Rejected        |
        | for a replacement | the seller approves Maya's request | Completed              |
        | for a replacement | the seller rejects Maya's request  | Rejected               |

  Rule: A yes to a return is none to what comes back

    Background:
      Given Maya has asked to send it back
      And Maya's request has been rejected in Seller Center
      And Maya has appealed
      And the operator has handed Maya's request back to the seller

    @R19 @R28
    Scenario: The seller approves the return, and does not look at the goods
      Given everybody has heard of it
      And the seller has approved Maya's request
      And everybody has heard of it
      And Maya has handed over the parcel
      And Maya's parcel has reached the warehouse
      And the connector has been down for 46 hours
      When 1 hour passes after the answer to Maya was due
      Then all three books say 40.00 USD for Maya

    @R15 @R68
    Scenario: It is approved in Seller Center, before a no from here could be sent
      Given everybody has heard of it
      And the seller has rejected Maya's request
      When Maya's request is approved in Seller Center
      Then Maya's request is shown as "Return Label Generated"
      And the seller sees no failure for Maya

  Rule: What the buyer shows with an appeal is with the request when the seller is asked again

    Background:
      Given Maya has asked for her money back, with 2 pictures
      And everybody has heard of it
      And the seller has rejected Maya's request
      And everybody has heard of it

    @R10 @R49
    Scenario: Two pictures first, one more and a video then
      Given Maya has appealed, with a picture and a video
      And everybody has heard of it
      And the operator has handed Maya's request back to the seller
      And everybody has heard of it
      When the seller approves Maya's request
      Then the seller sees 3 pictures and a video with Maya's request
      And all three books say 40.00 USD for Maya

  Rule: Refused goods are judged again

    @R42 @R49
    Scenario Outline: And taken
      Given Maya has sent it back
      And Maya's parcel has reached the warehouse
      And everybody has heard of it
      And <they were refused>
      And Maya has appealed
      And everybody has heard of it
      And the operator has handed Maya's request back to the seller
      And everybody has heard of it
      When the seller finds Maya's goods as sold and accepts them
      Then all three books say 40.00 USD for Maya

      Examples:
        | they were refused                                                |
        | the seller has found Maya's goods damaged and refused them       |
        | Maya's goods have been refused in Seller Center, with 2 pictures |

    @R42 @R49
    Scenario: The connector learns at once that they were sent, refused and handed back
      Given Maya has asked to send it back
      And everybody has heard of it
      And Maya has handed over the parcel
      And Maya's parcel has reached the warehouse
      And Maya's goods have been refused in Seller Center
      And Maya has appealed
      And the operator has handed Maya's request back to the seller
      And everybody has heard of it
      When the seller finds Maya's goods as sold and accepts them
      Then all three books say 40.00 USD for Maya
