namespace MobiZO.Data;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: system, user, assistant, ...</param>
/// <param name="Content">What is said.</param>
public sealed record ChatTurn(string Role, string Content);
