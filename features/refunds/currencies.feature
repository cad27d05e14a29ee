Feature: A refund is paid in the currency of the order
  Rupiah have no decimals. Whatever is divided, offered or paid back is whole rupiah, in all three books.

  Background:
    Given the shop is in Indonesia
    And Maya has received:
      | goods | pieces | price each |
      | rug   | 1      | 10000 IDR  |
      | mug   | 1      | 7000 IDR   |
    And everybody has heard of it

  Rule: A part is shared out in whole rupiah

    @R16
    Scenario Outline: The seller refunds a part that does not divide
      When the seller refunds Maya <sum> of the order
      Then Maya has been paid back <sum>
      And all three books say <sum> for Maya

      Examples:
        | sum       |
        | 1 IDR     |
        | 4999 IDR  |
        | 17000 IDR |

    @R16
    Scenario: A part falls on two parcels
      Given Ben has received:
        | goods | pieces | price each | parcel |
        | rug   | 1      | 10000 IDR  | 1      |
        | vase  | 2      | 3500 IDR   | 2      |
      And everybody has heard of it
      When the seller refunds Ben 4999 IDR of the order
      Then Ben has been paid back 4999 IDR
      And all three books say 4999 IDR for Ben

    @R16
    Scenario: A part in Seller Center, the rest from the OMS
      Given 3333 IDR of Maya's order have been refunded in Seller Center
      And everybody has heard of it
      When the seller refunds Maya's whole order
      Then all three books say 17000 IDR for Maya

  Rule: What the buyer asks for is paid in full

    @R16
    Scenario: A refund without a return
      Given Maya has asked for her money back
      And everybody has heard of it
      When the seller approves Maya's request
      Then Maya's request is over 17000 IDR
      And Maya has exactly one mail, "order refund"
      And all three books say 17000 IDR for Maya

    @R16
    Scenario: The goods come back
      Given Maya has asked to send it back
      And everybody has heard of it
      And Maya has handed over the parcel
      And Maya's parcel has reached the warehouse
      And everybody has heard of it
      When the seller finds Maya's goods as sold and accepts them
      Then all three books say 17000 IDR for Maya

    @R18
    Scenario: The operator grants a part
      Given Maya has asked for her money back
      And everybody has heard of it
      And the seller has rejected Maya's request
      And everybody has heard of it
      And Maya has appealed
      When the operator grants Maya 8500 IDR
      Then all three books say 8500 IDR for Maya

  Rule: A cancelled order is paid back whole

    @R14
    Scenario: The seller agrees
      Given Nora has ordered a garden hose for 27500 IDR
      And 2 hours have passed
      And Nora has asked to cancel the order
      And everybody has heard of it
      When the seller approves Nora's request
      Then all three books say 27500 IDR for Nora

    @R14
    Scenario: The seller cannot deliver
      Given Nora has ordered a garden hose for 27500 IDR
      And 2 hours have passed
      When the seller refunds Nora's whole order
      Then Nora's order is canceled
      And Nora has been paid back 27500 IDR
