global using MobiZO.Text.Tokenizers;
global using Encoding = MobiZO.Text.Tokenizers.Encoding;
